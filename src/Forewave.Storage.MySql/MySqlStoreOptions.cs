using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql;

/// <summary>Settings of the MySQL store. Immutable; checked by <see cref="MySqlStore"/>'s constructor.</summary>
public sealed record MySqlStoreOptions
{
    /// <summary>Where the database is.</summary>
    internal ConnectionOptions Connection { get; init; } = new() { User = "" };

    /// <summary>Names of its databases.</summary>
    internal SchemaNames Names { get; init; } = SchemaNames.Default;

    /// <summary>The partition whose log this is. Default 0. A database has one log and keeps the partition that it was made with.</summary>
    public PartitionNumber Partition { get; init; }

    /// <summary>Memory for records that wait to be committed or were just committed: 8 MiB at least. Default 48 MiB.</summary>
    public int RecentMemoryBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>A checkpoint is due after so many bytes of log: at least 64 KiB. Default 256 MiB. Bounds the work of a recovery.</summary>
    public long CheckpointIntervalBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Threads, each with a connection, for reads that memory cannot serve: 1 to 64. Default 2.</summary>
    public int ColdReaders { get; init; } = 2;

    /// <summary>Reads that may wait for such a thread: 64 to 1,000,000. Default 16,384; a further one waits its turn to wait.</summary>
    public int ColdReadsWaiting { get; init; } = 16_384;

    /// <summary>
    /// Runs that may wait in memory for their tables, 48 bytes each: 1,024 or more. Default 4,194,304. Beyond it clients' messages
    /// are refused as on a full disk.
    /// </summary>
    public long UnmovedRuns { get; init; } = 4L * 1024 * 1024;

    /// <summary>
    /// Told, in words for an operator, when the database goes away or refuses a table, and when it is back. Called on the store's
    /// threads: short, not throwing. Default: nobody is.
    /// </summary>
    public Action<string> Told { get; init; } = static _ => { };

    /// <summary>In a broker group: the epoch that the group's record gave. Default: the next one after the database's.</summary>
    internal Epoch Epoch { get; init; } = Epoch.None;

    /// <summary>In a broker group: says when a commit may be answered. Default: at COMMIT's OK.</summary>
    internal Log.ICommitProof? Proof { get; init; }

    /// <summary>
    /// Reads where the database is: <c>host=db1;port=3306;user=forewave;password-file=/etc/forewave/password;tls=verified</c>.
    /// docs/guides/mysql.md lists the words.
    /// </summary>
    /// <param name="text">The text; a password may stand in it, in a file that it names, or in the environment.</param>
    /// <param name="environment">Gives a variable of the environment: FOREWAVE_MYSQL_PASSWORD.</param>
    /// <exception cref="FormatException">A word is unknown, twice, or its value cannot be; the message never has the password.</exception>
    public static MySqlStoreOptions Parse(string text, Func<string, string?> environment) => ConnectionText.Parse(text, environment);

    /// <summary>These, with the store opened under the epoch that the partition's record gave; none: the next one after the database's.</summary>
    public MySqlStoreOptions Under(Epoch epoch) => this with { Epoch = epoch };

    internal void Check()
    {
        Require(RecentMemoryBytes >= 8 * 1024 * 1024, nameof(RecentMemoryBytes));
        Require(CheckpointIntervalBytes >= 64 * 1024, nameof(CheckpointIntervalBytes));
        Require(UnmovedRuns >= 1_024, nameof(UnmovedRuns));
        Require(ColdReaders is >= 1 and <= 64, nameof(ColdReaders));
        Require(ColdReadsWaiting is >= 64 and <= 1_000_000, nameof(ColdReadsWaiting));
    }

    private static void Require(bool isInRange, string option)
    {
        if (!isInRange)
        {
            throw new ArgumentOutOfRangeException(option, "outside of the range that its documentation gives");
        }
    }
}
