using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// The name of a setting: its key, <c>publish</c>; or the key and what it is set for, <c>publish@orders</c>, <c>publish@orders.*</c>,
/// <c>userConnections@shop</c>. The broker says which there are. <c>default</c> is none and throws when it is used.
/// </summary>
public readonly record struct SettingName
{
    private readonly string? _text;

    /// <param name="text">The name.</param>
    /// <exception cref="ForewaveException"><c>SettingUnknown</c>: it is empty.</exception>
    public SettingName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text.Length > 0 ? text : throw new ForewaveException(ErrorCode.SettingUnknown);
    }

    /// <summary>The name as text.</summary>
    public string Text => _text ?? throw new InvalidOperationException("a default SettingName names nothing");

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}
