namespace Forewave.Storage.MySql.Connections;

/// <summary>Where the database is and how to speak with it.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>Name or address of the server; not used with a socket.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 3306;

    /// <summary>Path of the server's Unix socket, instead of host and port.</summary>
    public string? Socket { get; init; }

    /// <summary>Name of the account.</summary>
    public required string User { get; init; }

    /// <summary>Its password; never shown.</summary>
    public string? Password { get; init; }

    /// <summary>The database that names without one belong to.</summary>
    public string? Database { get; init; }

    /// <summary>How long connecting may take, in whole seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may be silent within an answer, in whole seconds: longer than its lock waits.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a statement waits for a table that somebody alters or locks, in whole seconds.</summary>
    public TimeSpan TableWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long sending may stand still, in whole seconds.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Greatest packet in both directions: 1 KiB to 1 GiB; the server's max_allowed_packet bounds what is sent as well.</summary>
    public long MaxPacketBytes { get; init; } = 64L << 20;

    /// <summary>How the connection is protected.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Verified;

    /// <summary>PEM file with the authorities that may sign the server's certificate; the system's when there is none.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file of this side's certificate.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of this side's key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where the server is, for messages; without secrets.</summary>
    public string Place => Socket ?? $"{Host}:{Port}";

    /// <summary>For messages: never the password.</summary>
    public override string ToString() => $"{User}@{Place}";
}
