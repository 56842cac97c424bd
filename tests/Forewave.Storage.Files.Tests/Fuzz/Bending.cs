namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>Damages a folder at random: what disks, file systems and operators have been seen to do.</summary>
internal sealed class Bending(Random random, DiskImage image)
{
    private const int PageBytes = 4096;
    private const int SectorBytes = 512;

    /// <summary>One damage more.</summary>
    public Damage Bend()
    {
        string path = AnyPath();
        byte[] bytes = image.Files[path];
        return random.Next(100) switch
        {
            < 35 => Flip(path, bytes),
            < 45 => Overwrite(path, bytes, PageBytes),
            < 55 => Overwrite(path, bytes, SectorBytes),
            < 65 => Noise(path, bytes),
            < 72 => Misdirect(path, bytes),
            < 82 => Truncate(path, bytes),
            < 87 => Remove(path),
            < 94 => Swap(path),
            _ => Duplicate(path),
        };
    }

    // By kind, so that the many segments do not hide the one MANIFEST.
    private string AnyPath()
    {
        string[] kinds = [.. image.Files.Keys.Select(KindOf).Distinct()];
        string kind = random.Next(2) == 0 && kinds.Contains("segments/") ? "segments/" : kinds[random.Next(kinds.Length)];
        return AnyOf(image.Files.Keys.Where(path => KindOf(path) == kind));
    }

    private static string KindOf(string path) => path[..(path.IndexOf('/') + 1)];

    private string AnyOf(IEnumerable<string> paths)
    {
        string[] all = [.. paths];
        return all[random.Next(all.Length)];
    }

    private Damage Flip(string path, byte[] bytes)
    {
        int at = Place(bytes);
        if (at < bytes.Length)
        {
            bytes[at] ^= (byte)(1 << random.Next(8));
        }

        return new Damage("a bit flipped in", path, at, true);
    }

    private Damage Overwrite(string path, byte[] bytes, int unitBytes)
    {
        int at = Place(bytes) / unitBytes * unitBytes;
        bytes.AsSpan(at, Math.Min(unitBytes, bytes.Length - at)).Clear();
        return new Damage($"{unitBytes} zeros in", path, at, true);
    }

    private Damage Noise(string path, byte[] bytes)
    {
        int at = Place(bytes);
        random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 200), bytes.Length - at)));
        return new Damage("noise in", path, at, true);
    }

    // A page that was meant for another place, of this file or another one.
    private Damage Misdirect(string path, byte[] bytes)
    {
        byte[] other = image.Files[AnyOf(image.Files.Keys)];
        int from = Place(other) / SectorBytes * SectorBytes;
        int at = Place(bytes) / SectorBytes * SectorBytes;
        int length = Math.Min(random.Next(2) == 0 ? SectorBytes : PageBytes, Math.Min(other.Length - from, bytes.Length - at));
        other.AsSpan(from, length).ToArray().CopyTo(bytes, at);
        return new Damage("another page in", path, at, true);
    }

    private Damage Truncate(string path, byte[] bytes)
    {
        int at = random.Next(4) == 0 ? 0 : Place(bytes);
        image.Files[path] = bytes[..at];
        return new Damage("cut", path, at, true);
    }

    private Damage Remove(string path)
    {
        image.Files.Remove(path);
        return new Damage("removed", path, 0, false);
    }

    private Damage Swap(string path)
    {
        string other = AnyOf(image.Files.Keys.Where(name => KindOf(name) == KindOf(path)));
        (image.Files[path], image.Files[other]) = (image.Files[other], image.Files[path]);
        return new Damage($"swapped with {other}", path, 0, false);
    }

    private Damage Duplicate(string path)
    {
        string other = AnyOf(image.Files.Keys.Where(name => KindOf(name) == KindOf(path)));
        image.Files[path] = [.. image.Files[other]];
        return new Damage($"a copy of {other} in place of", path, 0, false);
    }

    // Mostly where something is written.
    private int Place(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return 0;
        }

        int at = random.Next(bytes.Length);
        for (int i = 0; i < 20 && bytes[at] == 0; i++)
        {
            at = random.Next(bytes.Length);
        }

        return at;
    }
}
