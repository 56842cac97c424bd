namespace Forewave.Cli.Verbs;

/// <summary>What a <see cref="Toggle"/> says.</summary>
internal static class ToggleValue
{
    /// <summary>Null: it was not given.</summary>
    public static bool? IsOn(this Toggle? toggle) => toggle is null ? null : toggle == Toggle.True;
}
