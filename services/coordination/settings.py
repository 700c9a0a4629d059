"""What an installation may set for コーディネート."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RetentionSettings(BaseSettings):
    """保存期間: how many years after its closing a case is proposed for erasure. Nothing is erased without a decision."""

    model_config = SettingsConfigDict(env_prefix="BANSO_", frozen=True)
    retention_years: int = Field(default=5, ge=1, le=100)
