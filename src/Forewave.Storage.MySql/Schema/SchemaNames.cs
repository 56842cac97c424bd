namespace Forewave.Storage.MySql.Schema;

/// <summary>The two databases of a store. What goes into SQL unbound is checked here.</summary>
internal sealed record SchemaNames
{
    /// <summary>The database of the log: written first, soon dropped again.</summary>
    public string Log { get; private init; } = "forewave_log";

    /// <summary>The database of the queues and of all that is kept.</summary>
    public string Queues { get; private init; } = "forewave";

    /// <summary>The names that are used unless told otherwise.</summary>
    public static SchemaNames Default { get; } = new();

    /// <summary>Names with a beginning of one's own, for several stores on one server: <c>x</c> gives x and x_log.</summary>
    /// <exception cref="ArgumentException">It is not made of 1 to 50 lower-case letters, digits and underscores, a letter first.</exception>
    public static SchemaNames Of(string name) => IsPlain(name)
        ? new SchemaNames { Log = name + "_log", Queues = name }
        : throw new ArgumentException($"'{name}' is no name for the store's databases: a letter, then at most 49 of a-z, 0-9 and _.", nameof(name));

    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= 50 && char.IsAsciiLetterLower(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');
}
