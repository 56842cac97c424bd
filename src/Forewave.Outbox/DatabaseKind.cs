namespace Forewave.Outbox;

/// <summary>Which SQL the program's own database speaks.</summary>
public enum DatabaseKind
{
    /// <summary>MySQL 8.0 or later, MariaDB 10.6 or later; InnoDB.</summary>
    MySql,

    /// <summary>PostgreSQL 12 or later.</summary>
    PostgreSql,

    /// <summary>SQLite 3.33 or later, with its JSON functions.</summary>
    Sqlite,
}
