namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>What is killed.</summary>
public enum KillTarget
{
    /// <summary>The program that begins transactions; another one starts under its name.</summary>
    Producer,

    /// <summary>The broker.</summary>
    Broker,

    /// <summary>The database, of the business and, where the store is in one, of the broker.</summary>
    Database,
}
