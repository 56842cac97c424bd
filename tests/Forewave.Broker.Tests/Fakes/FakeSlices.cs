using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>Slices in memory; the test may say that the disk is full, or that nothing can be read at present.</summary>
internal sealed class FakeSlices : ISlices
{
    private readonly ConcurrentDictionary<SliceNumber, byte[]> _slices = new();
    private long _reads;

    public bool IsFull { get; set; }

    public bool IsAway { get; set; }

    /// <summary>One bit of a page is not what was written any more.</summary>
    public void Rot(SliceNumber slice, SlicePage page) => _slices[slice][page.Value * SlicePage.Bytes + 40] ^= 1;

    public long Reads => Volatile.Read(ref _reads);

    public int Count => _slices.Count;

    public long DiskBytes => _slices.Values.Sum(pages => (long)pages.Length);

    public long DiskBytesOf(SliceOwner owner) => _slices.Where(slice => slice.Key.Owner == owner).Sum(slice => (long)slice.Value.Length);

    public SliceNumber KeepOnly(SliceOwner owner, IReadOnlySet<SliceNumber> used)
    {
        SliceNumber[] found = [.. _slices.Keys.Where(number => number.Owner == owner)];
        foreach (var number in found.Where(number => !used.Contains(number)))
            _slices.TryRemove(number, out _);
        return new SliceNumber(found.Select(number => number.Value).DefaultIfEmpty(SliceNumber.Before(owner).Value).Max());
    }

    public void Append(SliceNumber slice, ReadOnlySpan<byte> pages)
    {
        if (IsFull)
            throw new StoreException(ErrorCode.DiskFull, "no room for slices, says the test");
        _slices[slice] = [.. _slices.GetValueOrDefault(slice, []), .. pages];
    }

    public void Sync(IReadOnlyCollection<SliceNumber> slices)
    {
        foreach (var slice in slices)
            Assert.True(_slices.ContainsKey(slice));
    }

    public bool Read(SliceNumber slice, SlicePage first, Span<byte> pages)
    {
        Interlocked.Increment(ref _reads);
        if (IsAway)
            throw new StoreException(ErrorCode.DatabaseUnreachable, "nothing can be read at present, says the test");
        if (!_slices.TryGetValue(slice, out byte[]? bytes))
            return false;
        bytes.AsSpan(first.Value * SlicePage.Bytes, pages.Length).CopyTo(pages);
        return true;
    }

    public async ValueTask<bool> ReadAsync(ReadOnlyMemory<SliceRead> reads, CancellationToken cancellation)
    {
        await Task.Yield();
        bool all = true;
        for (int i = 0; i < reads.Length; i++)
            all &= Read(reads.Span[i].Slice, reads.Span[i].Page, reads.Span[i].Into.Span[..SlicePage.Bytes]);
        return all;
    }

    public void Delete(SliceNumber slice) => _slices.TryRemove(slice, out _);
}
