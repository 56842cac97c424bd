using Forewave.Broker.Users;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Server.Http.Operations;

/// <summary>Settings: looked at, set while the broker runs, and who did so. Thread-safe.</summary>
internal sealed class SettingOperations(HttpLinks links, BodyMemory memory)
{
    private const string One = "/v1/settings/{name}";
    private static readonly CountRange Changes = new() { UnlessTold = 100, Most = Limits.SettingChanges };

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listSettings", Method = "GET", Path = "/v1/settings", Right = ApiRight.Operate, Run = call => ListAsync(call, null), Query = ["partition"] },
        new() { Id = "showSetting", Method = "GET", Path = One, Right = ApiRight.Operate, Run = call => ListAsync(call, new SettingName(call["name"])), Query = ["partition"] },
        new() { Id = "setSetting", Method = "PUT", Path = One, Right = ApiRight.Operate, Run = SetAsync, Query = ["partition"] },
        new() { Id = "unsetSetting", Method = "DELETE", Path = One, Right = ApiRight.Operate, Run = call => ChangeAsync(call, new V1.SetSetting()), Query = ["partition"] },
        new() { Id = "listSettingChanges", Method = "GET", Path = "/v1/setting-changes", Right = ApiRight.Operate, Run = ListChangesAsync, Query = ["partition", "setting", "max"] },
    ];

    private async Task ListAsync(ApiCall call, SettingName? name)
    {
        using var turn = links.Take(call.Partition);
        await WriteAsync(call, "settings", await turn.Broker.Settings.ListAsync(name, call.Gone), SettingJson.Write);
    }

    private async Task SetAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        string value = body.Text("value") ?? throw FieldText.Wrong("value", "a text");
        body.End();
        HttpAudit.Add(call.Context, $"value {value}");
        await ChangeAsync(call, new V1.SetSetting { Value = value });
    }

    private async Task ChangeAsync(ApiCall call, V1.SetSetting request)
    {
        request.Name = call["name"];
        request.By = call.Context.Items.TryGetValue(typeof(Access), out object? access) ? $"{access}" : "http";
        using var turn = links.Take(call.Partition);
        await turn.Broker.Settings.ChangeAsync(request, call.Gone);
        await JsonAnswer.WriteNothingAsync(call);
    }

    private async Task ListChangesAsync(ApiCall call)
    {
        int max = call.Query.Count("max", Changes);
        using var turn = links.Take(call.Partition);
        await WriteAsync(call, "changes", await turn.Broker.Settings.HistoryAsync(call.Query.Text("setting") is { } name ? new SettingName(name) : null, max, call.Gone), SettingJson.Write);
    }

    private static Task WriteAsync<T>(ApiCall call, string name, IReadOnlyList<T> entries, Action<System.Text.Json.Utf8JsonWriter, T> write) =>
        JsonAnswer.WriteAsync(call, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray(name);
            foreach (var entry in entries)
                write(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
}
