using Forewave.Protocol;

namespace Forewave.Storage.MySql.Replication;

/// <summary>The replication settings of a group's two databases, line by line.</summary>
/// <param name="Lines">One for each setting and database.</param>
internal sealed record SettingReport(IReadOnlyList<SettingLine> Lines)
{
    /// <summary>Those that are not as they must be.</summary>
    public IEnumerable<SettingLine> Wrong => Lines.Where(line => !line.IsRight);

    /// <summary>Whether the slave may be in sync, as far as settings say.</summary>
    public bool IsRight => !Wrong.Any();

    /// <exception cref="StoreException">ReplicationUnusable: the text has a line for each that is wrong.</exception>
    public void Require()
    {
        if (!IsRight)
        {
            throw new StoreException(ErrorCode.ReplicationUnusable, $"The databases cannot be a broker group:\n{string.Join('\n', Wrong)}");
        }
    }
}
