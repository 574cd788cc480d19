"""An x86_64 processor in software: memory, registers, and code that runs until it leaves its memory."""
