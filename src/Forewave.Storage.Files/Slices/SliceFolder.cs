using System.Collections.Concurrent;
using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Slices;

/// <summary>
/// Slices as files of one folder, each of them open as long as it is there. Thread-safe. What the disk throws leaves a slice
/// whose end is unknown: its writer deletes it.
/// </summary>
internal sealed class SliceFolder : ISlices, IDisposable
{
    private const string Suffix = ".slice";

    private static readonly DiskPath Folder = new("slices");

    private readonly ConcurrentDictionary<SliceNumber, SliceFile> _files = new();
    private readonly IDisk _disk;
    private long _diskBytes;

    public SliceFolder(IDisk disk) => _disk = disk;

    /// <summary>Who reads for those who must not block; set when the store runs.</summary>
    public ColdReaders? Readers { get; set; }

    /// <inheritdoc/>
    public long DiskBytes => Volatile.Read(ref _diskBytes);

    /// <inheritdoc/>
    public long DiskBytesOf(SliceOwner owner) => _files.Where(file => file.Key.Owner == owner).Sum(file => file.Value.Length);

    /// <inheritdoc/>
    public SliceNumber KeepOnly(SliceOwner owner, IReadOnlySet<SliceNumber> used)
    {
        SliceNumber highest = SliceNumber.Before(owner);
        try
        {
            if (used.Count == 0 && !_disk.Exists(Folder))
            {
                return highest;
            }

            MakeFolder();
            foreach (DiskPath path in _disk.List(Folder))
            {
                if (!TryParse(path, out SliceNumber number) || number.Owner != owner)
                {
                    continue;
                }

                highest = number.Value > highest.Value ? number : highest;
                if (!used.Contains(number))
                {
                    _disk.Delete(path);
                }
            }

            foreach (SliceNumber number in used.Where(number => _disk.Exists(PathOf(number))))
            {
                Open(number);
            }
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfOpening(failure);
        }

        return highest;
    }

    /// <inheritdoc/>
    public void Append(SliceNumber slice, ReadOnlySpan<byte> pages)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pages.Length % SlicePage.Bytes, 0);
        try
        {
            if (!_files.TryGetValue(slice, out SliceFile? file))
            {
                MakeFolder();
                _files[slice] = file = new SliceFile(_disk.Open(PathOf(slice), DiskOpen.CreateNew));
            }

            file.Append(pages);
            Interlocked.Add(ref _diskBytes, pages.Length);
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            throw new StoreException(ErrorCode.DiskFull, $"A slice could not be written: {full.Message}", full);
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfUpkeep(failure);
        }
    }

    /// <inheritdoc/>
    public void Sync(IReadOnlyCollection<SliceNumber> slices)
    {
        if (slices.Count == 0)
        {
            return;
        }

        try
        {
            foreach (SliceNumber slice in slices)
            {
                _files[slice].Sync();
            }

            _disk.SyncFolder(Folder);
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfUpkeep(failure);
        }
    }

    /// <inheritdoc/>
    public bool Read(SliceNumber slice, SlicePage first, Span<byte> pages)
    {
        if (!_files.TryGetValue(slice, out SliceFile? file) || !file.TryHold())
        {
            return false;
        }

        try
        {
            if (!file.TryRead((long)first.Value * SlicePage.Bytes, pages))
            {
                throw Missing(slice, first);
            }

            return true;
        }
        catch (DiskException failure)
        {
            throw new StoreException(ErrorCode.StoreUnavailable, $"A slice could not be read: {failure.Message}", failure);
        }
        finally
        {
            file.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(ReadOnlyMemory<SliceRead> reads, CancellationToken cancellation)
    {
        ColdReaders readers = Readers ?? throw new InvalidOperationException("the store was not started");
        return await readers.ReadAsync(() => ReadAll(reads.Span), cancellation);
    }

    /// <inheritdoc/>
    public void Delete(SliceNumber slice)
    {
        if (!_files.TryRemove(slice, out SliceFile? file))
        {
            return;
        }

        Interlocked.Add(ref _diskBytes, -file.Length);
        file.Release();
        try
        {
            _disk.Delete(PathOf(slice));
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfUpkeep(failure);
        }
    }

    public void Dispose()
    {
        foreach (SliceNumber number in _files.Keys)
        {
            if (_files.TryRemove(number, out SliceFile? file))
            {
                file.Release();
            }
        }
    }

    private static StoreException Missing(SliceNumber slice, SlicePage page) => new(
        ErrorCode.LogDamaged, $"Slice {slice.Value} ends before page {page.Value}: the file was cut short.");

    private static DiskPath PathOf(SliceNumber number) => Folder / $"{number.Value:x16}{Suffix}";

    private static bool TryParse(DiskPath path, out SliceNumber number)
    {
        bool isSlice = ulong.TryParse(
            path.Name.Replace(Suffix, string.Empty, StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, null, out ulong value);
        number = new SliceNumber(value);
        return isSlice;
    }

    private bool ReadAll(ReadOnlySpan<SliceRead> reads)
    {
        foreach (ref readonly SliceRead read in reads)
        {
            if (!Read(read.Slice, read.Page, read.Into.Span[..SlicePage.Bytes]))
            {
                return false;
            }
        }

        return true;
    }

    private void Open(SliceNumber number)
    {
        SliceFile file = new(_disk.Open(PathOf(number), DiskOpen.ReadOnly));
        _files[number] = file;
        Interlocked.Add(ref _diskBytes, file.Length);
    }

    private void MakeFolder()
    {
        if (!_disk.Exists(Folder))
        {
            _disk.CreateFolder(Folder);
            _disk.SyncFolder(DiskPath.Root);
        }
    }
}
