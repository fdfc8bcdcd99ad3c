"""Why somebody would like to have a product."""

import sqlalchemy as sa
from alembic import op

revision = "wishes_0002"
down_revision = "wishes_0001"
branch_labels = None


def upgrade() -> None:
    op.add_column("wishes_wish", sa.Column("note", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("wishes_wish", "note")
