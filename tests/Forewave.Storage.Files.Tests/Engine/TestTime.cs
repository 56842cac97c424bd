namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A clock that the test moves.</summary>
internal sealed class TestTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
