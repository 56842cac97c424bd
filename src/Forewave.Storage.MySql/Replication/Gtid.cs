using System.Globalization;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// A transaction's global id in MariaDB's binary logs: replication domain, the server that wrote it, its number. Numbers go up within
/// a domain; two servers may have given the same one.
/// </summary>
internal readonly record struct Gtid
{
    /// <summary>gtid_domain_id of the session that wrote it.</summary>
    public required uint Domain { get; init; }

    /// <summary>server_id of the server that wrote it.</summary>
    public required uint Server { get; init; }

    /// <summary>1 or more.</summary>
    public required ulong Number { get; init; }

    /// <summary>Reads what the server writes: <c>0-1-105</c>. False: it is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Gtid gtid)
    {
        gtid = default;
        int first = text.IndexOf('-');
        int last = text.LastIndexOf('-');
        if (first <= 0 || last <= first
            || !uint.TryParse(text[..first], NumberStyles.None, CultureInfo.InvariantCulture, out uint domain)
            || !uint.TryParse(text[(first + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out uint server)
            || !ulong.TryParse(text[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return false;
        }

        gtid = new Gtid { Domain = domain, Server = server, Number = number };
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Domain}-{Server}-{Number}");
}
