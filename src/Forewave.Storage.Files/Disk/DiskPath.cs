using System.Text;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// A path inside the data folder: names joined by <c>/</c>, without <c>.</c>, <c>..</c>, empty names or a leading
/// slash, so that it cannot leave the folder. Compared byte by byte. <c>default</c> throws on use.
/// </summary>
public readonly record struct DiskPath : IComparable<DiskPath>
{
    /// <summary>Longest name between two slashes, in bytes of UTF-8; the limit of Linux file systems.</summary>
    public const int MaxNameBytes = 255;

    private const char Separator = '/';

    private readonly string? _value;

    /// <summary>A path as text, for example <c>log/0000000000000001.segment</c>.</summary>
    /// <exception cref="ArgumentException">The text is not a normalised relative path.</exception>
    public DiskPath(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsValid(value))
        {
            throw new ArgumentException(
                $"'{value}' is not a relative path of names of 1 to {MaxNameBytes} bytes without '.', '..', NUL and '\\'.",
                nameof(value));
        }

        _value = value;
    }

    private DiskPath(string value, bool isChecked)
    {
        System.Diagnostics.Debug.Assert(isChecked);
        _value = value;
    }

    /// <summary>The data folder itself.</summary>
    public static DiskPath Root { get; } = new(string.Empty, isChecked: true);

    /// <summary>The path as text; empty for <see cref="Root"/>.</summary>
    public string Value => _value ?? throw new InvalidOperationException("A default DiskPath is not a path.");

    /// <summary>Whether this is the data folder itself.</summary>
    public bool IsRoot => Value.Length == 0;

    /// <summary>The last name of the path; empty for <see cref="Root"/>.</summary>
    public string Name => Value[(Value.LastIndexOf(Separator) + 1)..];

    /// <summary>The folder that holds this; <see cref="Root"/> for a path of one name, and for itself.</summary>
    public DiskPath Folder => Value.LastIndexOf(Separator) is > 0 and int slash
        ? new DiskPath(Value[..slash], isChecked: true)
        : Root;

    /// <summary>The path of a name inside this folder.</summary>
    /// <exception cref="ArgumentException">The name is not a normalised relative path.</exception>
    public static DiskPath operator /(DiskPath folder, string name) => folder.Append(name);

    /// <summary>Orders by the text, ordinal.</summary>
    public static bool operator <(DiskPath left, DiskPath right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >(DiskPath left, DiskPath right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator <=(DiskPath left, DiskPath right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan"/>
    public static bool operator >=(DiskPath left, DiskPath right) => left.CompareTo(right) >= 0;

    /// <summary>The path of a name inside this folder; the same as <c>folder / name</c>.</summary>
    public DiskPath Append(string name)
    {
        DiskPath inner = new(name);
        return IsRoot ? inner : new DiskPath(Value + Separator + name, isChecked: true);
    }

    /// <summary>Orders by the text, ordinal.</summary>
    public int CompareTo(DiskPath other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The path as text; a single dot for <see cref="Root"/>.</summary>
    public override string ToString() => IsRoot ? "." : Value;

    /// <summary>Whether the text is a path that the constructor takes.</summary>
    internal static bool IsValid(ReadOnlySpan<char> value)
    {
        foreach (Range name in value.Split(Separator))
        {
            if (!IsName(value[name]))
                return false;
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length > 0
        && name is not "." and not ".."
        && !name.ContainsAny('\0', '\\')
        && Encoding.UTF8.GetByteCount(name) <= MaxNameBytes;
}
