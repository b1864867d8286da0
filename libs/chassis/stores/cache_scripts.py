"""What the owners' cache asks of Redis, as Lua scripts; cache.py says what they are for.

Keys of one owner, all under the epoch: a hash of values by field, with its generation `v`, the reaches `r`
of those values that not every write changes, and a writer's note `n`; each value may have a tag beside it,
its first line. While somebody writes, the hash has
a marker `w` only, and what was in it stands aside under `:aside`. `:overlap`: writes lately overlapped.
"""

from __future__ import annotations

# Every script finds the owner's hash under the epoch that holds *now*: a process cannot write past another's
# epoch. Keys made inside a script need a Redis that is not sharded, as ours is not.
_HASH = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {} end
local hash = KEYS[1] .. ':' .. epoch .. ':' .. ARGV[1]
"""
# ARGV: owner, field. → {w, value}, or {} without an epoch.
READ = _HASH + "return redis.call('HMGET', hash, 'w', ARGV[2])"
# ARGV: owner, field, fresh generation, ttl, lock ms. → {generation, am I to load?, value}
# or {} while someone writes. A value is there where another reader has filled it since the caller looked.
# What a write has left in the hash keeps the time it has to live.
LEASE = (
    _HASH
    + """
if redis.call('HEXISTS', hash, 'w') == 1 then return {} end
if redis.call('HSETNX', hash, 'v', ARGV[3]) == 1 and redis.call('PTTL', hash) < 0 then
    redis.call('EXPIRE', hash, ARGV[4])
end
local found = redis.call('HMGET', hash, 'v', ARGV[2])
if found[2] then return {found[1], 0, found[2]} end
local lock = hash .. ':' .. found[1] .. ':' .. ARGV[2] .. ':lock'
return {found[1], redis.call('SET', lock, '1', 'NX', 'PX', ARGV[5]) and 1 or 0, false}
"""
)
_LOCK = "local lock = hash .. ':' .. ARGV[3] .. ':' .. ARGV[2] .. ':lock'\n"
# ARGV: owner, field, generation.
UNLOCK = _HASH + _LOCK + "redis.call('DEL', lock) return {}"
# ARGV: owner, field, generation. → {generation now, value, is somebody loading?}
AWAIT = (
    _HASH
    + _LOCK
    + """
local found = redis.call('HMGET', hash, 'v', ARGV[2])
return {found[1], found[2], redis.call('EXISTS', lock)}
"""
)
# ARGV: owner, field, generation, value, most fields, line for `r` or '', field of the tag, tag or ''.
FILL = (
    _HASH
    + _LOCK
    + """
redis.call('DEL', lock)
if redis.call('HGET', hash, 'v') ~= ARGV[3] then return {} end
if redis.call('HLEN', hash) >= tonumber(ARGV[5]) then redis.call('DEL', hash) return {} end
redis.call('HSET', hash, ARGV[2], ARGV[4])
if ARGV[8] ~= '' then redis.call('HSET', hash, ARGV[7], ARGV[8]) end
if ARGV[6] ~= '' then redis.call('HSET', hash, 'r', (redis.call('HGET', hash, 'r') or '') .. ARGV[6]) end
return {}
"""
)
_ASIDE = "local aside, overlap = hash .. ':aside', hash .. ':overlap'\n"
# ARGV: owner, token, seconds. → {r, n}. Where another marker is found, nothing is kept for as long as a
# marker lives: another release's writer may end without a look at what was filled meanwhile.
BEGIN = (
    _HASH
    + _ASIDE
    + """
if redis.call('HEXISTS', hash, 'w') == 1 then redis.call('SET', overlap, '1', 'EX', ARGV[3]) end
redis.call('DEL', aside)
local found = redis.call('HMGET', hash, 'r', 'n')
if found[1] and redis.call('EXISTS', overlap) == 0 then
    redis.call('RENAME', hash, aside)
    redis.call('HDEL', aside, 'v')
else
    redis.call('DEL', hash)
    found[1] = false
end
redis.call('HSET', hash, 'w', ARGV[2])
redis.call('EXPIRE', hash, ARGV[3])
return found
"""
)
# ARGV: owner, token, ttl, note or '', `r` of what stays, fields that stay. Where the marker is not this
# writer's, another one has written or the time is over: nothing stays, but the other's marker.
END = (
    _HASH
    + _ASIDE
    + """
local marker = redis.call('HGET', hash, 'w')
if marker and marker ~= ARGV[2] then redis.call('DEL', aside) return {} end
redis.call('DEL', hash)
if not marker then redis.call('DEL', aside) return {} end
local stay = {}
for at = 6, #ARGV do stay[ARGV[at]] = true end
for _, field in ipairs(redis.call('HKEYS', aside)) do
    if not stay[field] then redis.call('HDEL', aside, field) end
end
if redis.call('EXISTS', aside) == 1 then
    redis.call('HSET', aside, 'r', ARGV[5])
    redis.call('RENAME', aside, hash)
end
if ARGV[4] ~= '' then
    redis.call('HSET', hash, 'n', ARGV[4])
    if redis.call('PTTL', hash) < 0 then redis.call('EXPIRE', hash, ARGV[3]) end
end
return {}
"""
)
# ARGV: fresh epoch, ms.
BEAT = """
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {}
"""

ALL = (READ, LEASE, UNLOCK, AWAIT, FILL, BEGIN, END, BEAT)
