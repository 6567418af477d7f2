"""fastmcp's client starts `footnote mcp`, and calls its tool."""

import asyncio
import json
import os
from importlib.metadata import version

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main() -> None:
    """Ask, and print what the tool says to people."""
    own = {**os.environ, "PYTHONPATH": os.environ["CLIENT_ROOT"]}  # the server has packages of its own
    command, *options = json.loads(os.environ["CLIENT_SERVER"])
    server = StdioTransport(command=command, args=options, env=own)
    async with Client(server) as client:
        result = await client.call_tool("ask", {"question": os.environ["CLIENT_QUESTION"]})
    text = "".join(block.text for block in result.content if block.type == "text")
    print(json.dumps({"version": version("fastmcp"), "text": text, "pieces": None}))


asyncio.run(main())
