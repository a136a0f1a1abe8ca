"""Accounts of a team: who may log in, with which password, from where and for how long."""
