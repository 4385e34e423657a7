"""Making render-safe copies, in a process of their own."""
