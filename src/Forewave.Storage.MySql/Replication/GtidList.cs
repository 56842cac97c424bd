using Forewave.Protocol;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// GTIDs as the server lists them: a position (one for each domain) or the state of a binary log (one for each domain and server).
/// Immutable.
/// </summary>
internal sealed class GtidList
{
    private readonly Gtid[] _gtids;

    private GtidList(Gtid[] gtids)
    {
        _gtids = gtids;
    }

    /// <summary>Nothing.</summary>
    public static GtidList Empty { get; } = new([]);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _gtids.Length == 0;

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<Gtid> All => _gtids;

    /// <summary>Reads <c>0-1-105,1-1-7</c>; nothing of an empty text.</summary>
    /// <exception cref="StoreException">DatabaseUnusable: it is none.</exception>
    public static GtidList Parse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new GtidList(Array.ConvertAll(parts, part => Gtid.TryParse(part, out Gtid gtid)
            ? gtid
            : throw new StoreException(ErrorCode.DatabaseUnusable, $"The database gave '{text}' for a list of GTIDs.")));
    }

    /// <summary>
    /// Whether it has come to a transaction, by domain, server and number: another server's higher number says nothing of it (decision
    /// 0050), for that server may never have had it.
    /// </summary>
    public bool Covers(Gtid gtid)
    {
        foreach (Gtid reached in _gtids)
        {
            if (reached.Domain == gtid.Domain && reached.Server == gtid.Server && reached.Number >= gtid.Number)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it covers each of them.</summary>
    public bool Covers(GtidList others) => Array.TrueForAll(others._gtids, Covers);

    /// <summary>Those of it that the others do not cover.</summary>
    public GtidList Without(GtidList others) => new(Array.FindAll(_gtids, gtid => !others.Covers(gtid)));

    public override string ToString() => string.Join(',', _gtids);
}
