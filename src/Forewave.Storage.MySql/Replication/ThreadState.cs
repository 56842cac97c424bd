namespace Forewave.Storage.MySql.Replication;

/// <summary>One of the two threads of a slave's database.</summary>
/// <param name="Running">As the server says it: Yes, No, Connecting, Preparing.</param>
/// <param name="Error">Number of what stopped it, or of what it tries again for; 0 when nothing did.</param>
/// <param name="Message">The server's words for it.</param>
internal readonly record struct ThreadState(string Running, int Error, string Message)
{
    /// <summary>Stands still, and nothing is wrong.</summary>
    public static ThreadState Stopped { get; } = new("No", 0, "");

    /// <summary>Does its work.</summary>
    public bool Runs => Running == "Yes";

    /// <summary>Stands still; what is only connecting does not.</summary>
    public bool IsStopped => Running == "No";

    public override string ToString() => Error == 0 ? Running : $"{Running}, error {Error}: {Message}";
}
