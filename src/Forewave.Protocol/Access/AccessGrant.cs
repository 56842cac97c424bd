namespace Forewave.Protocol.Access;

/// <summary>Rights on queues. <c>default</c> is none.</summary>
public readonly record struct AccessGrant
{
    /// <param name="queues">Which queues.</param>
    /// <param name="rights">At least one right; <see cref="AccessRights.Operate"/> only on all queues.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: it is none.</exception>
    public AccessGrant(QueuePattern queues, AccessRights rights)
    {
        if (rights == AccessRights.None || (rights & ~AccessRights.All) != 0)
            throw new ForewaveException(ErrorCode.UserInvalid, "a grant is of publish, consume, manage or operate");
        if ((rights & AccessRights.Operate) != 0 && !queues.IsEverything)
            throw new ForewaveException(ErrorCode.UserInvalid, "the right to operate is for the broker as a whole: it is granted on '*'");
        (Queues, Rights) = (queues, rights);
    }

    /// <summary>Which queues.</summary>
    public QueuePattern Queues { get; }

    /// <summary>What may be done with them.</summary>
    public AccessRights Rights { get; }

    /// <summary>Reads <c>publish,consume:orders.*</c>; <c>all</c> is the first three.</summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: the text is no grant.</exception>
    public static AccessGrant Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            throw new ForewaveException(ErrorCode.UserInvalid, $"'{text}' is no grant: write RIGHT[,RIGHT...]:QUEUES, such as publish:orders.*");
        var rights = text[..colon].Split(',').Aggregate(AccessRights.None, (sum, word) => sum | RightOf(word));
        return new AccessGrant(new QueuePattern(text[(colon + 1)..]), rights);
    }

    /// <summary>The names of rights, in their order.</summary>
    public static IEnumerable<string> NamesOf(AccessRights rights) =>
        new[] { AccessRights.Publish, AccessRights.Consume, AccessRights.Manage, AccessRights.Operate }
            .Where(one => (rights & one) != 0).Select(NameOf);

    /// <inheritdoc/>
    public override string ToString() => Rights == AccessRights.None ? "" : $"{string.Join(',', NamesOf(Rights))}:{Queues}";

    private static string NameOf(AccessRights right) => right switch
    {
        AccessRights.Publish => "publish",
        AccessRights.Consume => "consume",
        AccessRights.Manage => "manage",
        _ => "operate",
    };

    private static AccessRights RightOf(string word) => word switch
    {
        "publish" => AccessRights.Publish,
        "consume" => AccessRights.Consume,
        "manage" => AccessRights.Manage,
        "operate" => AccessRights.Operate,
        "all" => AccessRights.Publish | AccessRights.Consume | AccessRights.Manage,
        _ => throw new ForewaveException(ErrorCode.UserInvalid, $"'{word}' is no right: publish, consume, manage, operate or all"),
    };
}
