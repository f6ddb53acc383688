"""The application that gunicorn serves."""

from approvals.app import create_app

app = create_app()
