"""What it takes to run Newswire and to watch it; nothing here is needed by a process of its own."""
