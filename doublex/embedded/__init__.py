"""PostgreSQL, a broker and our own processes under one small supervisor; nothing here needs Django.

Everything lives in one data folder of the project's own (`.doublex/`), which survives restarts.
"""
