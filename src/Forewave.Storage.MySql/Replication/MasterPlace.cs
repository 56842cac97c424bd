using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Replication;

/// <summary>Where a slave's database finds the master's, and as whom: an account with REPLICATION SLAVE.</summary>
internal sealed record MasterPlace
{
    /// <summary>Name or address, as the slave's host knows it.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 3306;

    /// <summary>Name of the account.</summary>
    public required string User { get; init; }

    /// <summary>Its password; never shown.</summary>
    public string Password { get; init; } = "";

    /// <summary>How the connection is protected.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Verified;

    /// <summary>PEM file, on the slave's host, with the authorities that may sign the master's certificate; the system's when there is none.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>For messages: never the password.</summary>
    public override string ToString() => $"{User}@{Host}:{Port}";

    /// <summary>The statement that makes a slave follow it, from what it has on. It takes no bound values.</summary>
    internal string ChangeMaster() => $"""
        CHANGE MASTER TO MASTER_HOST = {Quoted(Host)}, MASTER_PORT = {Port}, MASTER_USER = {Quoted(User)}, MASTER_PASSWORD = {Quoted(Password)},
            MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1, MASTER_DELAY = 0,
            MASTER_SSL = {(Tls == TlsMode.Off ? 0 : 1)}, MASTER_SSL_VERIFY_SERVER_CERT = {(Tls == TlsMode.Verified ? 1 : 0)},
            MASTER_SSL_CA = {Quoted(AuthorityFile ?? "")}
        """;

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal)}'";
}
