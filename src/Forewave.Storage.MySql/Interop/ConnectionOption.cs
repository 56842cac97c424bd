namespace Forewave.Storage.MySql.Interop;

/// <summary>enum mysql_option: what is set on a connection before it is opened. The comment is the C type that the pointer leads to.</summary>
internal enum ConnectionOption
{
    /// <summary>unsigned int, seconds.</summary>
    ConnectTimeout = 0,

    /// <summary>char[], name.</summary>
    CharacterSet = 7,

    /// <summary>unsigned int: 0 refuses LOAD DATA LOCAL, with which a server could ask for files of this machine.</summary>
    LocalFiles = 8,

    /// <summary>unsigned int: 1 TCP, 2 Unix socket.</summary>
    Protocol = 9,

    /// <summary>unsigned int, seconds.</summary>
    ReadTimeout = 11,

    /// <summary>unsigned int, seconds.</summary>
    WriteTimeout = 12,

    /// <summary>my_bool.</summary>
    Reconnect = 20,

    /// <summary>my_bool: chain and host name.</summary>
    TlsVerifyServer = 21,

    /// <summary>char[], file.</summary>
    TlsKey = 25,

    /// <summary>char[], file.</summary>
    TlsCertificate = 26,

    /// <summary>char[], file.</summary>
    TlsAuthority = 27,

    /// <summary>Two char[]: name, value; what a DBA sees in performance_schema.session_connect_attrs.</summary>
    AddAttribute = 33,

    /// <summary>my_bool: refuse to go on without TLS.</summary>
    TlsRequired = 38,

    /// <summary>size_t, bytes.</summary>
    MaxPacketBytes = 39,
}
