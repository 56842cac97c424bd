namespace Forewave.Storage.MySql.Interop;

/// <summary>enum mariadb_value: what a connection is asked for. The comment is the C type that is written.</summary>
internal enum ConnectionValue
{
    /// <summary>const char*.</summary>
    TlsVersion = 23,

    /// <summary>unsigned int: the upper half of MariaDB's capabilities.</summary>
    ServerExtendedCapabilities = 32,
}
