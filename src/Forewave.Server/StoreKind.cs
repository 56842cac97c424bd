namespace Forewave.Server;

/// <summary>What keeps a broker's messages.</summary>
public enum StoreKind
{
    /// <summary>Files in the data folder: the embedded store.</summary>
    Files,

    /// <summary>A MySQL database: MariaDB 10.6 or later.</summary>
    MySql,
}
