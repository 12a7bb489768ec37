"""The account health page, in a browser and without one."""
