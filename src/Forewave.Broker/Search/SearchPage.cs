using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>
/// What one step of a search found, and when it has done enough: the messages of a page, 1 MiB of them, a second or 64 MiB read. One
/// task's.
/// </summary>
internal sealed class SearchPage(SearchQuery query, TimeProvider time)
{
    private const int MostMessageBytes = 1024 * 1024;
    private const long MostBytesRead = 64L * 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly long _begun = time.GetTimestamp();
    private int _messageBytes;

    /// <summary>What is looked for.</summary>
    public SearchQuery Query => query;

    /// <summary>What was found.</summary>
    public List<FoundMessage> Found { get; } = [];

    /// <summary>Messages looked at.</summary>
    public long Looked { get; private set; }

    /// <summary>Bytes of messages read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Messages that could not be looked at because their bytes rotted.</summary>
    public long Damaged { get; set; }

    /// <summary>Messages of the queue that are still to be looked at, about.</summary>
    public long Left { get; set; }

    /// <summary>Where it goes on.</summary>
    public SearchPosition Position { get; set; } = query.Start;

    /// <summary>The time at which the message before <see cref="Position"/> came into the queue; null: none was looked at.</summary>
    public Timestamp? Reached { get; set; }

    /// <summary>The client gets this much and asks for more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>A message was looked at.</summary>
    public void Look() => Looked++;

    /// <summary>Adds a message.</summary>
    public void Add(FoundMessage message)
    {
        Found.Add(message);
        _messageBytes += query.WithMessages ? message.Message.Length : 0;
        IsFull |= Found.Count >= query.Most || _messageBytes >= MostMessageBytes;
    }

    /// <summary>Whether a message may be added: one at least.</summary>
    public bool HasRoomFor(int messageBytes) =>
        Found.Count == 0 || Found.Count < query.Most && (!query.WithMessages || _messageBytes + messageBytes <= MostMessageBytes);

    /// <summary>A piece was read.</summary>
    public void Read(long bytes)
    {
        BytesRead += bytes;
        IsFull |= BytesRead >= MostBytesRead || time.GetElapsedTime(_begun) >= Longest;
    }

    /// <summary>No more fits.</summary>
    public void Fill() => IsFull = true;
}
