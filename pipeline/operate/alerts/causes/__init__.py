"""What counts as wrong: functions from facts to alarms."""
