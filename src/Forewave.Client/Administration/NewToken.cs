namespace Forewave.Client.Administration;

/// <summary>A token that was just made. This is the only time that its text can be had.</summary>
public sealed record NewToken
{
    /// <summary>The text: a secret.</summary>
    public required string Text { get; init; }

    /// <summary>What the broker keeps of it.</summary>
    public required TokenDetails Details { get; init; }

    /// <summary>For messages: never the text.</summary>
    public override string ToString() => $"{nameof(NewToken)} {Details.Id}";
}
