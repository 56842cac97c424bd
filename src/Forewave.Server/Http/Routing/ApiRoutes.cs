using System.Diagnostics.CodeAnalysis;

namespace Forewave.Server.Http.Routing;

/// <summary>Finds the operation of a request. Immutable, thread-safe.</summary>
internal sealed class ApiRoutes
{
    private readonly (string[] Segments, ApiOperation[] Operations)[] _paths;

    public ApiRoutes(IEnumerable<ApiOperation> operations) => _paths =
    [
        // Where both a word and a name would match, the word is meant.
        .. operations.GroupBy(operation => operation.Path).OrderBy(path => path.Key.Count('{')).Select(path => (path.Key[1..].Split('/'), path.ToArray())),
    ];

    /// <summary>Every operation.</summary>
    public IEnumerable<ApiOperation> All => _paths.SelectMany(path => path.Operations);

    /// <summary>The operations of a path, one for each of its methods; false where there are none.</summary>
    public bool TryFind(string[] segments, [NotNullWhen(true)] out ApiOperation[]? operations, out Dictionary<string, string> names)
    {
        names = [];
        operations = null;
        foreach (var path in _paths)
        {
            if (!Matches(path.Segments, segments))
                continue;
            operations = path.Operations;
            for (int i = 0; i < segments.Length; i++)
            {
                if (path.Segments[i][0] == '{')
                    names.Add(path.Segments[i][1..^1], segments[i]);
            }
            return true;
        }
        return false;
    }

    private static bool Matches(string[] template, string[] segments)
    {
        if (template.Length != segments.Length)
            return false;
        for (int i = 0; i < segments.Length; i++)
        {
            bool matches = template[i][0] == '{' ? segments[i].Length > 0 : template[i] == segments[i];
            if (!matches)
                return false;
        }
        return true;
    }
}
