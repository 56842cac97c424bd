namespace Forewave.Protocol;

/// <summary>
/// The name of a user: <c>[a-z0-9][a-z0-9._@-]{0,63}</c>. Compared ordinally. <c>default</c> is no name and throws when
/// <see cref="Value"/> is read.
/// </summary>
public readonly record struct UserName : IComparable<UserName>
{
    private const string Rule = "a user's name is made of a-z 0-9 . _ @ -, begins with a letter or digit, and has 1 to 64 characters";
    private readonly string? _value;

    /// <param name="value">The name.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: it breaks the rule.</exception>
    public UserName(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = NameRules.IsUserName(value) ? value : throw new ForewaveException(ErrorCode.UserInvalid, Rule);
    }

    private UserName(string value, bool _) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw DefaultValue.Used(nameof(UserName));

    /// <summary>Whether <paramref name="value"/> is a name; <paramref name="name"/> is <c>default</c> if not.</summary>
    public static bool TryParse(string? value, out UserName name)
    {
        bool valid = value is not null && NameRules.IsUserName(value);
        name = valid ? new UserName(value!, true) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(UserName other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}
