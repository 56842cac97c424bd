namespace Forewave.Storage.MySql.Connections;

/// <summary>How a connection to the database is protected.</summary>
internal enum TlsMode
{
    /// <summary>Encrypted; the server's certificate must lead to a known authority and carry the host's name.</summary>
    Verified,

    /// <summary>Encrypted, with whomever: protects from listeners, not from somebody in the middle.</summary>
    Required,

    /// <summary>In the clear: for Unix sockets, the loopback and networks that nobody else is in.</summary>
    Off,
}
