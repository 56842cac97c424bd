using System.Text;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server.Http.Requests;
using Forewave.Server.Listeners;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Routing;

/// <summary>
/// The one place where it is decided who does what over HTTP: by <c>Authorization: Basic</c> (a user and its password) or <c>Bearer</c> (a
/// token), for each request. Costs nothing that is to be waited for, but when a password is seen for the first time. Thread-safe.
/// </summary>
/// <param name="sites">Keeps pages of other sites out, whoever is asked.</param>
/// <param name="door">Where the users are known.</param>
internal sealed class UserGuard(SameSiteGuard sites, PartitionDoor door) : IApiGuard
{
    private const string Basic = "Basic ";
    private const string Bearer = "Bearer ";
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "Forwarded", "X-Real-IP"];
    private const string UsersAreElsewhere =
        "The broker has a token for the other partitions of its cluster, and its own partition has no users to ask for: make them (forewave user add NAME --partition N).";
    private const string Challenge = "Basic realm=\"forewave\", charset=\"UTF-8\", Bearer realm=\"forewave\"";

    /// <summary>The brokers of the cluster have users: where they are not known, because the partition is served elsewhere, nobody is served.</summary>
    public bool AsksElsewhere { get; init; }

    /// <summary>Where there are no users, other hosts are served too.</summary>
    public bool IsInsecure { get; init; }

    /// <inheritdoc/>
    public async ValueTask<ApiPass> CheckAsync(HttpContext context, ApiOperation operation, IReadOnlyDictionary<string, string> names)
    {
        sites.Check(context);
        if (operation.Right == ApiRight.None)
            return default;
        var pass = await LetInAsync(context);
        Require(pass.Access, operation, names);
        return pass;
    }

    /// <inheritdoc/>
    public bool Review(ApiPass pass) => pass.HoldsFor(door.Engine);

    /// <inheritdoc/>
    public async ValueTask CheckAsync(HttpContext context) => await LetInAsync(context);

    // Empty: the users are not known here, and who serves the partition asks itself.
    private async ValueTask<ApiPass> LetInAsync(HttpContext context)
    {
        if (door.Engine is { } engine)
        {
            // Whoever comes here unasked would go to the other partitions as the user of this broker's token.
            if (AsksElsewhere && !engine.AsksUsers)
                throw new ForewaveException(ErrorCode.UsersMissing, UsersAreElsewhere);
            return new ApiPass(engine, AccessOf(context, await engine.LogInAsync(RequestOf(context, engine.AsksUsers), context.RequestAborted)));
        }
        if (AsksElsewhere)
            throw door.Refusal();
        if (!IsInsecure && PeerOf(context).IsRemote)
            throw new ForewaveException(ErrorCode.UsersMissing);
        return default;
    }

    private static Access AccessOf(HttpContext context, in LogInResult result)
    {
        if (result.IsLetIn)
        {
            context.Items[typeof(Access)] = result.Access;
            return result.Access;
        }
        if (result.Error is ErrorCode.AuthenticationNeeded or ErrorCode.AuthenticationFailed && !context.Response.HasStarted)
            context.Response.Headers.WWWAuthenticate = Challenge;
        throw new ForewaveException(result.Error, result.Text, retryAfter: result.RetryAfter);
    }

    private static LogInRequest RequestOf(HttpContext context, bool asks)
    {
        var (host, isRemote) = PeerOf(context);
        LogInRequest request = new() { Host = host, IsRemote = isRemote };
        if (!asks)
            return request;
        var given = context.Request.Headers.Authorization;
        if (given.Count == 0)
            return request;
        string text = given.Count == 1 ? given[0]! : "";
        if (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return request with { Secret = Encoding.UTF8.GetBytes(text[Bearer.Length..].Trim()) };
        return text.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && TryRead(text[Basic.Length..].Trim(), out string user, out byte[] password)
            ? request with { User = user, Secret = password }
            : throw new ForewaveException(ErrorCode.RequestInvalid, "The Authorization of the request is neither Basic nor Bearer.");
    }

    // A proxy on this host brings the requests of others: what it says of them is not believed, but for that.
    private static (string Host, bool IsRemote) PeerOf(HttpContext context)
    {
        var (host, isRemote) = PeerAddress.Of((context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress));
        return (host, isRemote || Array.Exists(ProxyHeaders, context.Request.Headers.ContainsKey));
    }

    private static bool TryRead(string base64, out string user, out byte[] password)
    {
        user = "";
        password = [];
        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int count))
            return false;
        var pair = bytes.AsSpan(0, count);
        int colon = pair.IndexOf((byte)':');
        if (colon < 0)
            return false;
        user = Encoding.UTF8.GetString(pair[..colon]);
        password = pair[(colon + 1)..].ToArray();
        return true;
    }

    private void Require(Access? access, ApiOperation operation, IReadOnlyDictionary<string, string> names)
    {
        if (access is null || (operation.Right == ApiRight.Operate ? access.MayOperate : access.IsUnbounded))
            return;
        if (operation.Right == ApiRight.Operate)
        {
            door.Engine?.Access.RightMissing(AccessRights.Operate);
            throw new ForewaveException(ErrorCode.RightMissing, $"User {access.Name} has no right to operate the broker.");
        }
        var rights = operation.Right switch
        {
            ApiRight.Publish => AccessRights.Publish,
            ApiRight.Consume => AccessRights.Consume,
            ApiRight.Look => AccessRights.Looking,
            _ => AccessRights.Manage,
        };
        if (names.TryGetValue("queue", out string? queue) ? access.Allows(rights, FieldText.Queue(queue)) : access.AllowsAll(rights))
            return;
        door.Engine?.Access.RightMissing(rights);
        string where = queue is null ? "on all queues" : $"on queue {queue}";
        throw new ForewaveException(ErrorCode.RightMissing, $"User {access.Name} has no right to {string.Join(" or ", AccessGrant.NamesOf(rights))} {where}.");
    }
}
