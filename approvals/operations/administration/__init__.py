"""What the system manager does to the network: offices, closures, departments, competences, lists taken in from a file.

Each verb first raises the network version, which also makes managers wait for each other: of two who change the network at
the same moment the second decides on what the first left. Each writes a line into the record of administration.
"""
