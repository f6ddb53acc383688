"""The workflow engine, the law's rules, the clock and the definitions: pure, without web, database or clock reading."""
