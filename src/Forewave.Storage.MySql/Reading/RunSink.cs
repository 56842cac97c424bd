using System.Buffers;
using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Rows;

namespace Forewave.Storage.MySql.Reading;

/// <summary>Gathers what one read found: rows that stood side by side in a record become one run again. For one thread, once.</summary>
internal sealed class RunSink : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private readonly List<(RecordHeader Header, long First, int Count, int Start, int Length)> _runs = [];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _used;

    /// <summary>Bytes so far; a damaged run counts too, or a read over many would have no end.</summary>
    public int Bytes => _used + (64 * _runs.Count);

    /// <summary>Adds a run.</summary>
    public void Add(in RecordHeader header, long first, ReadOnlySpan<byte> messages)
    {
        int start = Reserve(messages.Length);
        messages.CopyTo(_bytes.AsSpan(start));
        _runs.Add((header, first, header.Count, start, messages.Length));
    }

    /// <summary>Adds the part of a record's run from an offset in it on.</summary>
    public void AddFrom(in RecordHeader header, in IndexedRun run, long offset, ReadOnlySpan<byte> payload)
    {
        int skip = (int)(offset - run.First);
        if (!header.Type.HasRun())
        {
            Add(header, run.First, payload);
            return;
        }

        Add(
            header with { Position = header.Position.Plus((ulong)skip), Count = header.Count - skip, Sequence = header.Sequence + (ulong)skip },
            offset,
            payload[RunMessages.BytesOf(payload, skip)..]);
    }

    /// <summary>Adds a row's message; it joins the run before it where it is that run's next message.</summary>
    public void AddRow(in RecordHeader header, long offset, ReadOnlySpan<byte> content)
    {
        if (!header.Type.HasRun())
        {
            Add(header, offset, content);
            return;
        }

        int start = Reserve(content.Length + RunMessages.MaxHeadBytes);
        int head = RunMessages.WriteHead(_bytes.AsSpan(start), content.Length);
        content.CopyTo(_bytes.AsSpan(start + head));
        int length = head + content.Length;
        _used = start + length;
        if (_runs.Count > 0 && IsNext(_runs[^1], header, offset, start))
        {
            var run = _runs[^1];
            _runs[^1] = (run.Header with { Count = run.Count + 1 }, run.First, run.Count + 1, run.Start, run.Length + length);
            return;
        }

        _runs.Add((header, offset, 1, start, length));
    }

    /// <summary>Adds messages whose bytes are not there.</summary>
    public void AddDamaged(long first, Timestamp time, long count)
    {
        int messages = (int)Math.Min(count, int.MaxValue);
        _runs.Add((new RecordHeader { Type = RecordType.None, Position = LogPosition.None, Count = messages, Time = time }, first, messages, 0, 0));
    }

    /// <summary>What was found; the memory goes along.</summary>
    public StoredRuns Take()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        var runs = new List<StoredRun>(_runs.Count);
        foreach ((RecordHeader header, long first, int count, int start, int length) in _runs)
        {
            runs.Add(new StoredRun(header, new Offset(first), count, bytes.AsMemory(start, length), null));
        }

        return new StoredRuns(runs, new Rented(bytes));
    }

    public void Dispose() => Return(_bytes);

    private static bool IsNext((RecordHeader Header, long First, int Count, int Start, int Length) run, in RecordHeader next, long offset, int start)
    {
        RecordHeader header = run.Header;
        return header.Type == next.Type && run.First + run.Count == offset && run.Start + run.Length == start
            && header.Position.Bits + (ulong)run.Count == next.Position.Bits && header.Sequence + (ulong)run.Count == next.Sequence
            && header.Source == next.Source && header.Time == next.Time && header.Extra == next.Extra;
    }

    private int Reserve(int bytes)
    {
        int start = _used;
        if (start + bytes > _bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(start + bytes, _bytes.Length * 2));
            _bytes.AsSpan(0, start).CopyTo(larger);
            Return(_bytes);
            _bytes = larger;
        }

        _used = start + bytes;
        return start;
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private sealed class Rented(byte[] bytes) : IDisposable
    {
        public void Dispose() => Return(bytes);
    }
}
