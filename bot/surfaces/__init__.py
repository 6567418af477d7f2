"""Where people meet the bot: terminal, page, Slack, Discord, MCP."""
