namespace Forewave.Storage.MySql.Replication;

/// <summary>What a database is in its broker group.</summary>
internal enum DatabaseRole
{
    /// <summary>The one that is written.</summary>
    Master,

    /// <summary>The one that follows.</summary>
    Slave,
}
