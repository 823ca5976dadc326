//! Verdicts through messages.
