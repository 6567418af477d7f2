"""Keeps documents and finds passages in them."""

from vectorstore import telemetry

telemetry.switch_off()
