"""Throwaway servers of any engine: whose processes they are, where their files lie, and that they go when we go."""
