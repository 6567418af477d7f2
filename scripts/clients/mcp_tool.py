"""The MCP SDK's client starts `footnote mcp` and calls its tool."""

import asyncio
import json
import os
from importlib.metadata import version

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters


async def main() -> None:
    """Ask, and print what the tool says to people."""
    command, *options = json.loads(os.environ["CLIENT_SERVER"])
    server = StdioServerParameters(command=command, args=options, env=dict(os.environ))
    async with Client(server) as client:
        result = await client.call_tool("ask", {"question": os.environ["CLIENT_QUESTION"]})
    assert result.structured_content
    text = "".join(block.text for block in result.content if block.type == "text")
    print(json.dumps({"version": version("mcp"), "text": text, "pieces": None}))


asyncio.run(main())
