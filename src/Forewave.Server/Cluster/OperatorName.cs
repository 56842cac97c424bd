namespace Forewave.Server.Cluster;

/// <summary>Who does something by hand, for the logs: the account and the host, 64 characters at most.</summary>
internal readonly record struct OperatorName
{
    private const int MaxCharacters = 64;

    /// <param name="value">Cut where it is too long.</param>
    public OperatorName(string value) => Value = value.Length <= MaxCharacters ? value : value[..MaxCharacters];

    /// <summary>As text.</summary>
    public string Value { get; }

    /// <summary>The account of this process.</summary>
    public static OperatorName OfProcess => new($"{Environment.UserName}@{Environment.MachineName}");
}
