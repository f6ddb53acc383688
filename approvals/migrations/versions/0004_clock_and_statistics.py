"""the administered calendar, suspensions, warnings and urging, imported event logs, and rollups"""

revision = '0004_clock_and_statistics'
down_revision = '0003_service_network'


def upgrade() -> None:
    calendar_up()
    clock_up()
    warnings_up()
    logs_up()
    rollups_up()


def downgrade() -> None:
    rollups_down()
    logs_down()
    warnings_down()
    clock_down()
    calendar_down()


def calendar_up() -> None:
    pass


def calendar_down() -> None:
    pass


def clock_up() -> None:
    pass


def clock_down() -> None:
    pass


def warnings_up() -> None:
    pass


def warnings_down() -> None:
    pass


def logs_up() -> None:
    pass


def logs_down() -> None:
    pass


def rollups_up() -> None:
    pass


def rollups_down() -> None:
    pass
