"""When does a plan lose, or a target fail: boxes of what nobody knows, and what each measure adds to a mix."""
