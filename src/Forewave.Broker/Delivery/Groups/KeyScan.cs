using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Keys;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// Decides for messages with an ordering key, as a frame is filled, whether they may go out or are held behind another of their
/// key, and keeps the notes of that until the frame's record is appended. For the loop alone.
/// </summary>
internal sealed class KeyScan(GroupDelivery group)
{
    /// <summary>Notes for one record: 64 KiB of it.</summary>
    private const int MaxNotes = 8_192;

    private readonly List<KeyNote> _notes = [];
    private readonly HashSet<OrderingKeyHash> _out = [];
    private bool _settledAtOnce;

    /// <summary>There is something to note.</summary>
    public bool Any => _notes.Count > 0;

    /// <summary>There may be more to note.</summary>
    public bool HasRoom => _notes.Count < MaxNotes;

    /// <summary>Messages that are held.</summary>
    public int Held { get; private set; }

    /// <summary>What to note, in the order of the messages.</summary>
    public ReadOnlySpan<KeyNote> Notes => CollectionsMarshal.AsSpan(_notes);

    private Cursor Cursor => group.State.Cursor;

    /// <summary>Begins a frame.</summary>
    /// <param name="settledAtOnce">Its messages are settled before they leave: they keep nobody waiting.</param>
    public void Begin(bool settledAtOnce)
    {
        Clear();
        _settledAtOnce = settledAtOnce;
    }

    /// <summary>Forgets everything: nothing of it happened.</summary>
    public void Clear()
    {
        _notes.Clear();
        _out.Clear();
        Held = 0;
    }

    /// <summary>
    /// The next offset to look at: not known yet, or leased by a handle of an earlier epoch, so that its key is not known.
    /// </summary>
    public long Next(OffsetSpan unread)
    {
        long next = Cursor.Ahead.NextUnknown(unread);
        if (!Cursor.Ahead.Any)
            return next;
        for (long offset = unread.First; offset < next; offset++)
        {
            if (Cursor.IsUnsettled(offset) && !Cursor.IsKeyed(offset))
                return offset;
        }
        return next;
    }

    /// <summary>Whether a message that was never handed out may go into the frame.</summary>
    public bool MayGo(long offset, ReadOnlySpan<byte> message)
    {
        bool known = Cursor.Ahead.Any && !Cursor.WasNeverHandedOut(offset);
        var key = OrderingKeyHash.OfMessage(message);
        if (!known)
            return key.IsNone || MayGo(new KeyNote(offset, key));
        if (!key.IsNone && Cursor.IsUnsettled(offset) && !Cursor.IsKeyed(offset))
        {
            // It is out by a handle of an earlier epoch: what follows in its key waits for it, in this frame already.
            _notes.Add(new KeyNote(offset, key));
            _out.Add(key);
        }
        return false;
    }

    /// <summary>Whether a message that was settled and comes once more may go into the frame.</summary>
    public bool MayGoAgain(long offset, ReadOnlySpan<byte> message)
    {
        var key = OrderingKeyHash.OfMessage(message);
        return key.IsNone || MayGo(new KeyNote(offset, key));
    }

    /// <summary>Whether a dead letter that was redriven may go into the frame.</summary>
    public bool MayGo(long place, Offset offset, ReadOnlySpan<byte> message)
    {
        var key = OrderingKeyHash.OfMessage(message);
        return key.IsNone || MayGo(new KeyNote(offset.Value, key) { Place = place });
    }

    private bool MayGo(in KeyNote note)
    {
        bool free = !Cursor.Keys.Lines.IsBusy(note.Key) && !_out.Contains(note.Key);
        if (free)
        {
            if (!_settledAtOnce)
            {
                _out.Add(note.Key);
                _notes.Add(note with { Place = 0 });
            }
            return true;
        }
        _notes.Add(note);
        Held++;
        return false;
    }
}
