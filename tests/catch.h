#pragma once
/// Catch2 2 (Debian 12) and 3 (Debian 13) under one name.
///
/// LibTorch's logging has a macro CHECK, too. Whichever header came last would win, and assertions would silently do
/// something else; so LibTorch's comes first, and goes. Others of its headers cannot be read below `using namespace
/// qtool`, which an earlier file of a unity group may have: both know a Backend and a Device.
#if __has_include(<c10/util/Logging.h>)
#include <c10/util/Logging.h>
#undef CHECK
#endif
#if __has_include(<ATen/Context.h>)
#include <ATen/Context.h>
#include <ATen/DeviceGuard.h>
#include <ATen/EmptyTensor.h>
#endif
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
using Catch::Detail::Approx;
#endif

#include <string>
/// Matcher: the message contains this text.
#if __has_include(<catch2/catch_all.hpp>)
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
#else
inline auto contains(const std::string& text) { return Catch::Contains(text); }
#endif
